/* Keys of 同一人复核: 1 2 3 the verdicts, J next, K previous, Z undo. Each presses a button or link of the page. */
(function () {
  "use strict";

  // A reader of the screen and the keys begin at the sentence, pair after pair.
  var sentence = document.querySelector("[data-first-read]");
  if (sentence && !document.querySelector(".error-summary")) sentence.focus({ preventScroll: true });

  // What must be given with a reason is not sent without: the field takes the focus.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-needs]");
    if (!button) return;
    var field = document.getElementById(button.dataset.needs);
    if (field.value.trim()) return;
    event.preventDefault();
    field.setAttribute("aria-invalid", "true");
    field.focus();
  });

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    if (event.target.closest("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    var key = event.key.toLowerCase();
    var wanted = Array.prototype.filter.call(document.querySelectorAll("[data-key]"), function (one) {
      return one.dataset.key === key;
    })[0];
    if (!wanted) return;
    event.preventDefault();
    wanted.click();
  });
}());
