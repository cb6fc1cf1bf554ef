// A receipt or somebody's own data is no longer there for whoever goes back to it after 结束.
// The page knows which conversation of this tab it was opened in; chat.js counts them.

(() => {
  let turn = "0";
  try { turn = sessionStorage.getItem("askscience-turn") || turn; } catch (error) { return; }
  if (history.state && history.state.turn !== turn) location.replace("/");
  else history.replaceState({ turn }, "");
})();
