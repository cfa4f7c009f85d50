// Passkeys: asks the server for a challenge, the browser for its answer, and sends that back.
// Web Authentication Level 3, section 5.1: parse...FromJSON and toJSON do all conversions.
"use strict";

const said = document.getElementById("passkey-said");
// A passkey is bound to a name; for a number browsers make none.
const isNumber = /^[\d.]+$|^\[/.test(location.hostname);

async function send(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
    body: JSON.stringify(body),
  });
  if (answer.status === 204) return null;
  const data = await answer.json();
  if (!answer.ok) throw new Error([data.detail, data.next_step].filter(Boolean).join(" "));
  return data;
}

async function signIn() {
  const asked = await send("/sign-in/passkey/options", {});
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.options);
  const credential = await navigator.credentials.get({ publicKey });
  await send("/sign-in/passkey", { challenge_id: asked.challenge_id, credential: credential.toJSON() });
}

async function add(button) {
  const csrf = button.dataset.csrf;
  const asked = await send("/account/passkeys/options", { csrf });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked.options);
  publicKey.extensions = { ...publicKey.extensions, prf: {} }; // so that it can keep a signing key
  const credential = await navigator.credentials.create({ publicKey });
  await send("/account/passkeys", {
    challenge_id: asked.challenge_id,
    credential: credential.toJSON(),
    name: document.getElementById("passkey-name")?.value ?? "",
    csrf,
  });
}

// What the browser itself says is in its own language, and meant for programmers.
function wordsFor(error) {
  if (!(error instanceof DOMException)) return error instanceof TypeError ? said.dataset.failed : error.message;
  const names = { NotAllowedError: "unconfirmed", AbortError: "unconfirmed", InvalidStateError: "known" };
  return said.dataset[names[error.name] ?? "failed"];
}

function offer(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    said.textContent = "";
    button.disabled = true;
    try {
      // Whoever is in is led on from the sign-in page, to what was asked for before it.
      const adds = button.dataset.passkey === "add";
      await (adds ? add(button) : signIn());
      location.assign(adds ? "/account" : "/sign-in");
    } catch (error) {
      said.textContent = wordsFor(error);
      button.disabled = false;
      button.focus();
    }
  });
}

function nameAnAddress() {
  const there = new URL(location.href);
  there.hostname = "localhost";
  const link = document.querySelector("[data-passkey-at]");
  link.href = link.textContent = there.href;
  document.querySelector("[data-passkey-name]").hidden = false;
}

if (!("PublicKeyCredential" in window) || !PublicKeyCredential.parseRequestOptionsFromJSON) {
  document.querySelector("[data-passkey-none]").hidden = false;
} else if (isNumber) {
  nameAnAddress();
} else {
  for (const button of document.querySelectorAll("button[data-passkey]")) offer(button);
}
