// The chat without loading a page: asks /inbox/webchat and puts the reply below the question.
// Written for old webviews (ES2018); where it does not run, the forms work by themselves.
const DRAFT = "askscience-draft"; // this tab only: what was being written is there after a look at an entry
const TURN = "askscience-turn"; // how many conversations have ended in this tab
const PATIENCE = 20000; // milliseconds; asking again with the same id is harmless

const log = document.querySelector("[data-log]");
const composer = document.querySelector("[data-composer]");
const field = composer.elements.text;
const button = composer.querySelector("button");
const full = document.querySelector("[data-full]");
let busy = false;

function add(parent, name, classes, text) {
  const node = parent.appendChild(document.createElement(name));
  node.className = classes;
  node.textContent = text || "";
  return node;
}

function addQuestion(text) {
  const exchange = add(log, "div", "exchange");
  const said = add(exchange, "p", "said said-you");
  add(said, "span", "sr-only", "您问：");
  said.appendChild(document.createTextNode(text));
  return exchange;
}

function addRow(exchange) {
  const row = add(exchange, "div", "said said-bot");
  const from = add(row, "p", "from");
  from.appendChild(document.querySelector(".brand .logo").cloneNode());
  from.appendChild(document.createTextNode("问科学"));
  return row;
}

function addTrouble(exchange, sentence, label, act) {
  const row = addRow(exchange);
  const card = add(row, "div", "reply reply-trouble");
  add(card, "p", "reply-head", sentence);
  add(card, "p", "reply-text", "遇到危险，请直接拨打 110、119、120。");
  if (label) {
    const again = add(card, "button", "weui-btn weui-btn_primary", label);
    again.dataset.again = "";
    again.addEventListener("click", () => act(row));
  }
  card.scrollIntoView({ block: "start" });
}

function freeze() { // a number means the newest choices, so older ones must not be sent any more
  log.querySelectorAll("[data-live] button, [data-again]").forEach(old => { old.disabled = true; });
}

function draft(text) { // keeps what is given, returns what is kept; a private window keeps nothing
  try {
    if (text !== undefined) sessionStorage.setItem(DRAFT, text);
    return sessionStorage.getItem(DRAFT) || "";
  } catch (error) { return ""; }
}

function leave() { // see turn.js
  draft("");
  try {
    sessionStorage.setItem(TURN, String(Number(sessionStorage.getItem(TURN)) + 1));
  } catch (error) { /* a private window keeps nothing anyway */ }
}

const newId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => (byte + 256).toString(16).slice(1)).join("");

async function post(id, text) {
  const response = await fetch("/inbox/webchat", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Accept": "text/html", "Content-Type": "application/json", "X-CSRF-Token": composer.elements.csrf_token.value },
    body: JSON.stringify({ id, text }),
  });
  const holder = document.createElement("template");
  if (response.ok) holder.innerHTML = await response.text();
  // Without a reply in it, a page of the network itself has answered, such as a hotspot's sign-in.
  const found = name => holder.content.querySelector(name);
  return { status: response.status, reply: found(".said-bot"), ended: found("[data-ended]") };
}

async function send(exchange, id, text) {
  const row = addRow(exchange);
  const typing = add(row, "p", "reply typing", "正在找答案");
  for (let dot = 0; dot < 3; dot += 1) add(typing, "i", "");
  exchange.scrollIntoView({ block: "end" });
  busy = button.disabled = true;
  const late = new Promise(done => setTimeout(done, PATIENCE, { status: 0 }));
  const { status, reply, ended } = await Promise.race([late, post(id, text).catch(() => ({ status: 0 }))]);
  busy = button.disabled = false;
  row.remove();
  if (ended) {
    leave();
    location.replace("/"); // whoever has the phone next sees nothing of it
  } else if (reply) {
    exchange.appendChild(reply);
    document.querySelector("[data-end]").hidden = false;
    exchange.scrollIntoView({ block: "start" });
  } else if (status === 403) {
    write(field.value || text);
    addTrouble(exchange, "这一页开得太久了，要重新打开才能问。", "重新打开", () => location.replace("/"));
  } else if (status >= 400 && status < 500 && status !== 429) {
    write(field.value || text);
    addTrouble(exchange, "这句话没有收下，请换个说法、写短一点再问。");
  } else {
    const sentence = status === 429 ? "问得有点快，等一分钟再点重试。" : "没有发出去，可能是网络不好。";
    addTrouble(exchange, sentence, "重试", row => {
      if (busy) return;
      row.remove();
      send(exchange, id, text);
    });
  }
}

function ask(text, shown) {
  if (busy || !text.trim()) return;
  freeze();
  if (text === field.value) write("");
  if (window.matchMedia("(pointer: coarse)").matches) field.blur(); // the keyboard makes room for the answer
  send(addQuestion(shown), newId(), text);
}

function fit() { // what is written is kept, and the field grows with it up to the stylesheet's limit
  draft(field.value);
  field.style.height = "auto";
  field.style.height = field.scrollHeight + 2 + "px";
}

function write(text) {
  field.value = text;
  full.hidden = true;
  fit();
}

document.addEventListener("click", event => {
  const pressed = event.target.closest("[data-ask] button[name=text]");
  if (!pressed) return;
  event.preventDefault();
  ask(pressed.value, pressed.textContent.trim());
});

composer.addEventListener("submit", event => {
  event.preventDefault();
  ask(field.value, field.value.trim());
});

field.addEventListener("keydown", event => {
  // 229: an input method is still composing, also where isComposing is not told
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  ask(field.value, field.value.trim());
});

field.addEventListener("input", () => { // a paste is cut at the field's limit without a word
  full.hidden = field.value.length < field.maxLength;
  fit();
});
document.querySelector("[data-end]").addEventListener("submit", leave);

write(field.value || draft());
if (log.lastElementChild) log.lastElementChild.scrollIntoView({ block: "start" });
