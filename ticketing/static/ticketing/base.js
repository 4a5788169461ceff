/** The script of every page (base.html): forms, localized dates and amounts, read-only mode, and stored toasts. */

import { enhanceForms } from "./forms.js";
import { localize } from "./localize.js";
import { watchReadOnly } from "./read_only.js";
import { showStoredToast } from "./toast.js";

enhanceForms();
localize();
watchReadOnly();
showStoredToast();
