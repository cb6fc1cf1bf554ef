// A reply as a card: the same structure as templates/_reply.html, by textContent only.
// Takes the JSON of /inbox/webchat; written for old webviews, as chat.js is.

export function add(parent, name, classes, text) {
  const node = parent.appendChild(document.createElement(name));
  if (classes) node.className = classes;
  node.textContent = text || "";
  return node;
}

function addLink(parent, link, classes) {
  if (!/^(https?:\/\/|tel:|\/(?![/\\]))/.test(link.url)) return;
  const node = add(parent, "a", classes, link.label);
  node.href = link.url;
  node.rel = "noopener noreferrer";
}

function addOption(form, value, text, classes) {
  const button = add(form, "button", classes, text);
  button.name = "text";
  button.value = value;
}

export function addReply(parent, reply) {
  const lines = reply.text.trim().split("\n");
  const repeated = line => (reply.receipt && line.includes(reply.receipt))
    || reply.options.some(option => line.endsWith(option.question));
  const rest = lines.slice(1).filter(line => line.trim() && !repeated(line));
  const calls = reply.links.filter(link => link.url.startsWith("tel:"));
  const links = reply.links.filter(link => !calls.includes(link)
    && !(reply.receipt && link.url.endsWith(reply.receipt)));

  const card = add(parent, "article", "reply reply-" + reply.outcome);
  if (reply.outcome === "urgent") add(card, "p", "reply-flag", "危险先行");
  add(card, "p", "reply-head", lines[0]);
  if (calls.length) {
    const row = add(card, "p", "reply-calls");
    calls.forEach(link => addLink(row, link, "weui-btn weui-btn_warn call"));
  }
  if (rest.length) {
    const text = add(card, "div", "reply-text");
    rest.forEach(line => add(text, "p", "", line));
  }
  if (reply.options.length) {
    const form = add(card, "form", "reply-options");
    form.setAttribute("data-ask", "");
    reply.options.forEach((option, at) =>
      addOption(form, String(at + 1), (at + 1) + ". " + option.question, "option"));
    if (reply.outcome !== "answered") addOption(form, "都不是", "都不是", "option option-none");
  }
  if (reply.receipt) {
    const ticket = add(card, "div", "ticket");
    add(ticket, "span", "", "您的回执");
    add(ticket, "strong", "", reply.receipt);
    addLink(ticket, { label: "看进展", url: "/q/" + reply.receipt }, "");
  }
  if (links.length) {
    const row = add(card, "p", "reply-links");
    links.forEach(link => addLink(row, link, ""));
  }
  return card;
}
