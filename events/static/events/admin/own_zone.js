/** Chooses the zone of the seller's browser in a form for which no zone is known from before: they are likely to be there. */

import { ownZone } from "../../ticketing/format.js";

const zones = document.querySelector("select[data-suggest]");
const own = ownZone();
if (zones && [...zones.options].some(({ value }) => value === own)) zones.value = own;
