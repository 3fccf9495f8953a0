/* Keys of 同一人复核: 1 同一人, 2 不是, 3 存疑, J next, K previous, Z undo. Each presses a button or link of the page. */
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.closest("input, textarea, select")) return;
    var key = event.key.toLowerCase();
    var wanted = Array.prototype.filter.call(document.querySelectorAll("[data-key]"), function (one) {
      return one.dataset.key === key;
    })[0];
    if (!wanted) return;
    event.preventDefault();
    wanted.click();
  });
}());
