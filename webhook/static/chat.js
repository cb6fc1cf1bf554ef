// The chat without loading a page: asks /inbox/webchat and puts the reply below the question.
// Written for old webviews (ES2018); where it does not run, the forms work by themselves.
const DRAFT = "askscience-draft"; // this tab only: what was being written is there after a look at an entry
const UNSENT = "askscience-unsent"; // this tab only: [{id, text}] from sending until a reply or a refusal
const TURN = "askscience-turn"; // how many conversations have ended in this tab
const PATIENCE = 20000; // milliseconds; asking again with the same id is harmless

const log = document.querySelector("[data-log]");
const composer = document.querySelector("[data-composer]");
const field = composer.elements.text;
const button = composer.querySelector("button");
const full = document.querySelector("[data-full]");
let line = Promise.resolve(); // one question goes after the other, in the order they were sent
let waiting = 0;

function add(parent, name, classes, text) {
  const node = parent.appendChild(document.createElement(name));
  node.className = classes;
  node.textContent = text || "";
  return node;
}

function addQuestion(id, text) {
  const exchange = add(log, "div", "exchange");
  exchange.dataset.id = id;
  const said = add(exchange, "p", "said said-you");
  add(said, "span", "sr-only", "您问：");
  said.appendChild(document.createTextNode(text));
  document.querySelector("[data-end]").hidden = false;
  return exchange;
}

function addRow(exchange) {
  const row = add(exchange, "div", "said said-bot");
  const from = add(row, "p", "from");
  from.appendChild(document.querySelector(".brand .logo").cloneNode());
  from.appendChild(document.createTextNode("问科学"));
  return row;
}

function addTyping(exchange) {
  const row = addRow(exchange);
  const typing = add(row, "p", "reply typing", "正在找答案");
  for (let dot = 0; dot < 3; dot += 1) add(typing, "i", "");
  exchange.scrollIntoView({ block: "end" });
  return row;
}

function addTrouble(exchange, sentence) {
  const card = add(addRow(exchange), "div", "reply reply-trouble");
  add(card, "p", "reply-head", sentence);
  add(card, "p", "reply-text", "遇到危险，请直接拨打 110、119、120。");
  card.scrollIntoView({ block: "start" });
  return card;
}

function addButton(card, label, act) {
  const pressed = add(card, "button", "weui-btn weui-btn_primary", label);
  pressed.addEventListener("click", act);
  card.scrollIntoView({ block: "start" });
  return pressed;
}

function addRetry(exchange, sentence, id, text) { // phone.js presses all of them when the network is back
  const card = addTrouble(exchange, sentence);
  addButton(card, "重试", () => {
    card.parentNode.remove();
    send(exchange, id, text);
  }).dataset.again = text;
}

function freeze() { // a number means the newest choices, so older ones must not be sent any more
  log.querySelectorAll("[data-live] button").forEach(old => { old.disabled = true; });
}

function outdate(exchange) { // nor may a number that did not get through before this answer
  for (let old = exchange.previousElementSibling; old; old = old.previousElementSibling) {
    const again = old.querySelector("[data-again]");
    if (!again || !/^\d{1,2}$/.test(again.dataset.again.trim())) continue;
    again.closest(".said").remove();
    forget(old.dataset.id);
    addTrouble(old, "这个编号过时了，请把想问的再打一遍。");
  }
}

function kept(name, text) { // keeps what is given, returns what is kept; a private window keeps nothing
  try {
    if (text !== undefined) sessionStorage.setItem(name, text);
    return sessionStorage.getItem(name) || "";
  } catch (error) { return ""; }
}

const unsent = () => JSON.parse(kept(UNSENT) || "[]");
const keep = list => kept(UNSENT, list.length ? JSON.stringify(list) : "");
const forget = id => keep(unsent().filter(one => one.id !== id));

function leave() { // see turn.js
  kept(DRAFT, "");
  keep([]);
  kept(TURN, String(Number(kept(TURN)) + 1));
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

function show(exchange, reply) {
  exchange.appendChild(reply);
  outdate(exchange);
  exchange.scrollIntoView({ block: "start" });
}

function refuse(exchange, status, id, text) {
  if (status !== 403 || !field.value) forget(id); // a stale page sends it again when it is opened anew
  write(field.value || text);
  if (status === 403) {
    addButton(addTrouble(exchange, "这一页开得太久了，要重新打开才能问。"), "重新打开", () => location.replace("/"));
  } else {
    addTrouble(exchange, "这句话没有收下，请换个说法、写短一点再问。");
  }
}

async function attempt(exchange, id, text, late) {
  const { status, reply, ended } = await Promise.race([late, post(id, text).catch(() => ({ status: 0 }))]);
  exchange.lastElementChild.remove();
  if (ended) {
    leave();
    location.replace("/"); // whoever has the phone next sees nothing of it
    await new Promise(() => {}); // and nothing is sent after it
  } else if (reply) {
    forget(id);
    show(exchange, reply);
  } else if (status >= 400 && status < 500 && status !== 429) {
    refuse(exchange, status, id, text);
  } else {
    addRetry(exchange, status === 429 ? "问得有点快，等一分钟再点重试。" : "没有发出去，可能是网络不好。", id, text);
  }
  waiting -= 1;
  button.disabled = waiting > 0;
}

function send(exchange, id, text) {
  freeze();
  addTyping(exchange);
  waiting += 1;
  button.disabled = true;
  const late = new Promise(done => setTimeout(done, PATIENCE, { status: 0 }));
  line = line.then(() => attempt(exchange, id, text, late));
}

function ask(text, shown) {
  if (waiting || !text.trim()) return;
  if (text === field.value) write("");
  if (window.matchMedia("(pointer: coarse)").matches) field.blur(); // the keyboard makes room for the answer
  const id = newId();
  keep(unsent().concat({ id, text }));
  send(addQuestion(id, shown), id, text);
}

function resume() { // what a closed or reloaded page has left unsent, unless it has arrived after all
  const arrived = Array.from(log.children, exchange => exchange.dataset.id);
  keep(unsent().filter(one => !arrived.includes(one.id)));
  unsent().forEach(one => send(addQuestion(one.id, one.text.trim()), one.id, one.text));
}

function fit() { // what is written is kept, and the field grows with it up to the stylesheet's limit
  kept(DRAFT, field.value);
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

write(field.value || kept(DRAFT));
if (log.lastElementChild) log.lastElementChild.scrollIntoView({ block: "start" });
resume();
