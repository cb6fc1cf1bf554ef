// Reads an answer aloud, in 长辈版, where the phone can; pressing again stops.

const voice = window.speechSynthesis;
const READ = "朗读";
let reading = null; // the button that is pressed

function quiet() {
  if (reading) {
    reading.textContent = READ;
    reading.setAttribute("aria-pressed", "false");
  }
  reading = null;
  voice.cancel();
}

function said(line) { // a line an utterance: some phones stop in the middle of a long one
  const words = new SpeechSynthesisUtterance(line.textContent);
  words.lang = "zh-CN";
  words.rate = .9;
  return words;
}

function read(button) {
  const lines = Array.from(button.closest("article").querySelectorAll("[data-spoken]"));
  const all = lines.map(said);
  reading = button;
  button.textContent = "停下";
  button.setAttribute("aria-pressed", "true");
  all[all.length - 1].onend = () => { if (reading === button) quiet(); };
  all[0].onerror = event => {
    if (event.error === "canceled" || event.error === "interrupted") return;
    quiet();
    button.textContent = "这台手机读不出声";
    button.disabled = true;
  };
  all.forEach(words => voice.speak(words));
}

document.addEventListener("click", event => {
  const button = event.target.closest("[data-speak]");
  if (!button) return;
  const again = button === reading;
  quiet();
  if (!again) read(button);
});

if (voice && window.SpeechSynthesisUtterance) {
  document.documentElement.classList.add("can-speak");
  window.addEventListener("pagehide", quiet); // some phones read on after the page is gone
}
