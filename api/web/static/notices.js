// Waits until a clip has been searched, and takes the page anew.

import { announce } from "/static/act.js";
import { find, watch } from "/static/registry.js";

if (find("[data-open]")) {
  watch().then(() => location.reload(), (fault) => announce(fault.message));
}
