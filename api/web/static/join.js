// The code of an invitation stands behind the # of its link, where no server and no log sees it.
"use strict";

const field = document.getElementById("code");
if (location.hash.length > 1 && field.value === "") {
  field.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}
