// Asks the device to make or use a passkey, puts its answer into the form's field and sends the form:
// <button data-passkey="create" data-options="/…" data-field="answer">. The server decides what the answer is worth.
export const selector = "[data-passkey]";

const REFUSED = {
  InvalidStateError: "This device has a passkey for you already.",
  NotAllowedError: "Nothing was done: the passkey was not unlocked in time, or the device has none for this page.",
  SecurityError: "Passkeys do not work at this address.",
};
const FAILED = "That did not work. Check your connection and try again, or use another way.";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
const words = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const withBytes = (keys = []) => keys.map((key) => ({ ...key, id: bytes(key.id) }));

async function options(button) {
  const body = new URLSearchParams({ csrf_token: button.form.elements.csrf_token.value });
  const answer = await fetch(button.dataset.options, { method: "POST", body, redirect: "error" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

async function create(given) {
  const publicKey = {
    ...given,
    challenge: bytes(given.challenge),
    user: { ...given.user, id: bytes(given.user.id) },
    excludeCredentials: withBytes(given.excludeCredentials),
  };
  const made = await navigator.credentials.create({ publicKey });
  return answerOf(made, {
    attestationObject: words(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function get(given) {
  const publicKey = {
    ...given,
    challenge: bytes(given.challenge),
    allowCredentials: withBytes(given.allowCredentials),
  };
  const used = await navigator.credentials.get({ publicKey });
  const { authenticatorData, signature, userHandle } = used.response;
  return answerOf(used, {
    authenticatorData: words(authenticatorData),
    signature: words(signature),
    userHandle: userHandle ? words(userHandle) : null,
  });
}

const answerOf = (credential, more) => ({
  id: credential.id,
  rawId: words(credential.rawId),
  type: credential.type,
  clientExtensionResults: credential.getClientExtensionResults(),
  response: { clientDataJSON: words(credential.response.clientDataJSON), ...more },
});

export function connect(button) {
  const form = button.form;
  const told = form.querySelector("[data-passkey-told]");
  if (!window.PublicKeyCredential) {
    told.textContent = "This browser has no passkeys.";
    return button.remove();
  }
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.textContent = "Follow your device…";
    try {
      const given = await options(button);
      const answer = await (button.dataset.passkey === "create" ? create(given) : get(given));
      form.elements[button.dataset.field].value = JSON.stringify(answer);
      form.requestSubmit();
    } catch (error) {
      told.textContent = REFUSED[error.name] ?? FAILED;
    }
    button.disabled = false;
  });
}
