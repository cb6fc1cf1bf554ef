// The console's small comforts: every page works without them.

// A conclusion is counted while it is written, in characters as people count them.
document.querySelectorAll("[data-count-of]").forEach(output => {
  const field = document.getElementById(output.dataset.countOf);
  const show = () => {
    const length = [...field.value.trim()].length;
    output.value = length + " / " + output.dataset.most;
    output.classList.toggle("too-long", length > Number(output.dataset.most));
  };
  field.addEventListener("input", show);
  show();
});

// Another risk proposes another review date, unless somebody has written one.
document.querySelectorAll("[data-due-for]").forEach(select => {
  const field = document.getElementById(select.dataset.dueFor);
  const dues = [...select.options].map(option => option.dataset.due);
  select.addEventListener("change", () => {
    if (!field.value || dues.includes(field.value) || field.value > select.selectedOptions[0].dataset.due) {
      field.value = select.selectedOptions[0].dataset.due;
    }
  });
});

// A form is sent once, however often the button is pressed; the server says the same.
document.querySelectorAll("form[method=post]").forEach(form => {
  let sent = false;
  form.addEventListener("submit", event => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => { sent = false; });
});

// The preview follows the keys, so its button is for pages without scripts.
document.documentElement.classList.add("with-script");
