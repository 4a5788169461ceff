/** What every page does: forms that talk JSON, amounts and dates in the reader's locale, notes from the page before. */

import { enhanceForms } from "./forms.js";
import { localize } from "./localize.js";
import { watchReadOnly } from "./read_only.js";
import { showKept } from "./toast.js";

enhanceForms();
localize();
watchReadOnly();
showKept();
