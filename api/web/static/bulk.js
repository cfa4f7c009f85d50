// An act on many cuts is looked at again as long as it is under way.

import { announce } from "/static/act.js";
import { find, watch } from "/static/registry.js";

if (find("[data-open]")) watch().catch((fault) => announce(fault.message));
