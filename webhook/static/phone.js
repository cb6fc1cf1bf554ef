// What the phone does around the chat: its keyboard, its network, the page it keeps for when there is none.

const dock = document.querySelector("[data-dock]");
const seen = window.visualViewport;
const KEYBOARD = 120; // CSS pixels: less is a browser's bar coming and going

function aboveKeyboard() {
  const hidden = Math.max(0, window.innerHeight - seen.height - seen.offsetTop);
  const open = seen.scale === 1 && (hidden > KEYBOARD || window.innerHeight < 420); // 420: the page itself has shrunk
  dock.classList.toggle("dock-tight", open);
  dock.style.bottom = seen.scale === 1 && hidden > KEYBOARD ? hidden + "px" : "";
}

if (seen) {
  seen.addEventListener("resize", aboveKeyboard);
  seen.addEventListener("scroll", aboveKeyboard);
}

// Chromium does not bring a button into a row that scrolls sideways when Tab comes to it.
dock.addEventListener("focusin", event => {
  if (event.target.matches(".quick button")) event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
});

window.addEventListener("online", () => {
  document.querySelectorAll("[data-again]").forEach(again => again.click()); // chat.js keeps their order
});

window.addEventListener("load", () => {
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
});
