// The chat without loading a page: asks /inbox/webchat and writes the reply below the question.
// Written for old webviews (ES2018); where it does not run, the forms work by themselves.

import { add, addReply } from "./reply.js";

const KEPT = "askscience-exchanges"; // this tab only: whoever comes back from an entry finds the chat
const DRAFT = "askscience-draft";
const PATIENCE = 20000; // milliseconds; asking again with the same id is harmless

const log = document.querySelector("[data-log]");
const composer = document.querySelector("[data-composer]");
const field = composer.elements.text;
let busy = false;

function addQuestion(text) {
  const exchange = add(log, "div", "exchange");
  const said = add(exchange, "p", "said said-you");
  add(said, "span", "sr-only", "您问：");
  said.appendChild(document.createTextNode(text));
  return exchange;
}

function addAnswerRow(exchange) {
  const row = add(exchange, "div", "said said-bot");
  const from = add(row, "p", "from");
  add(from, "span", "logo").setAttribute("aria-hidden", "true");
  from.appendChild(document.createTextNode("问科学"));
  return row;
}

function addTrouble(row, sentence, button, act) {
  const card = add(row, "div", "reply reply-trouble");
  add(card, "p", "reply-head", sentence);
  add(card, "p", "reply-text", "遇到危险，请直接拨打 110、119、120。");
  if (button) add(card, "button", "weui-btn weui-btn_primary", button).addEventListener("click", act);
  card.scrollIntoView({ block: "start" });
}

function freezeOptions() { // a number means the newest choices, so older ones must not be sent any more
  log.querySelectorAll(".option, .reply-trouble button").forEach(button => { button.disabled = true; });
}

function recall(key, otherwise) {
  try { return JSON.parse(sessionStorage.getItem(key)) || otherwise; } catch (error) { return otherwise; }
}

function keep(key, value) {
  try { sessionStorage.setItem(key, JSON.stringify(value)); } catch (error) { /* private window */ }
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => (byte + 256).toString(16).slice(1)).join("");
}

async function post(id, text) {
  const response = await fetch("/inbox/webchat", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": composer.elements.csrf_token.value },
    body: JSON.stringify({ id, text }),
  });
  return { status: response.status, reply: response.ok ? (await response.json()).reply : null };
}

async function send(exchange, id, text, shown) {
  const button = composer.querySelector("button");
  const row = addAnswerRow(exchange);
  const typing = add(row, "p", "reply typing", "正在找答案");
  for (let dot = 0; dot < 3; dot += 1) add(typing, "i", "");
  exchange.scrollIntoView({ block: "end" });
  busy = button.disabled = true;
  const late = new Promise(done => setTimeout(done, PATIENCE, { status: 0 }));
  const { status, reply } = await Promise.race([late, post(id, text).catch(() => ({ status: 0 }))]);
  busy = button.disabled = false;
  typing.remove();
  if (reply) {
    addReply(row, reply).scrollIntoView({ block: "start" });
    keep(KEPT, recall(KEPT, []).concat({ shown, reply }).slice(-12));
  } else if (status === 403) {
    keep(DRAFT, text);
    addTrouble(row, "这一页开得太久了，要重新打开才能问。", "重新打开", () => location.replace("/"));
  } else if (status >= 400 && status < 500 && status !== 429) {
    addTrouble(row, "这句话没有收下，请换个说法、写短一点再问。");
  } else {
    addTrouble(row, "没有发出去，可能是网络不好。", "重试", () => {
      if (busy) return;
      row.remove();
      send(exchange, id, text, shown);
    });
  }
}

function ask(text, shown) {
  if (busy || !text.trim()) return;
  freezeOptions();
  if (text === field.value) { field.value = ""; fit(); }
  if (window.matchMedia("(pointer: coarse)").matches) field.blur(); // the keyboard makes room for the answer
  send(addQuestion(shown), newId(), text, shown);
}

function fit() { // the field grows with what is written, up to the stylesheet's limit
  field.style.height = "auto";
  field.style.height = field.scrollHeight + 2 + "px";
}

document.addEventListener("click", event => {
  const button = event.target.closest("[data-ask] button[name=text]");
  if (!button) return;
  event.preventDefault();
  ask(button.value, button.textContent.trim());
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

field.addEventListener("input", fit);

field.value = field.value || recall(DRAFT, "");
keep(DRAFT, "");
fit();
if (!log.children.length) {
  recall(KEPT, []).forEach(({ shown, reply }) => {
    freezeOptions();
    addReply(addAnswerRow(addQuestion(shown)), reply);
  });
}
if (log.lastElementChild) log.lastElementChild.scrollIntoView({ block: "start" });
