// Passkeys: asks the server for a challenge, the browser for its answer, and sends that back.
// Web Authentication Level 3, section 5.1: parse...FromJSON and toJSON do all conversions.
"use strict";

async function send(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json" },
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
  const credential = await navigator.credentials.create({ publicKey });
  await send("/account/passkeys", {
    challenge_id: asked.challenge_id,
    credential: credential.toJSON(),
    name: document.getElementById("passkey-name")?.value ?? "",
    csrf,
  });
}

for (const button of document.querySelectorAll("button[data-passkey]")) {
  if (!("PublicKeyCredential" in window)) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const said = document.getElementById("passkey-said");
    try {
      await (button.dataset.passkey === "add" ? add(button) : signIn());
      location.assign("/account");
    } catch (error) {
      said.textContent = error.message;
    }
  });
}
