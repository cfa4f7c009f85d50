// An act on many cuts is looked at again as long as it is under way.

import { follow } from "/static/act.js";

await follow();
