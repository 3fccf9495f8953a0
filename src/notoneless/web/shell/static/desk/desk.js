/* Small helps for the desk; every page also works without them. No inline code, no evaluation: the page policy forbids both. */
(function () {
  "use strict";

  function each(root, selector, act) {
    Array.prototype.forEach.call(root.querySelectorAll(selector), act);
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) window.print();
  });

  // A second click on a button that sends a form does nothing until the answer is there.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method === "post" && !form.hasAttribute("data-many")) form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", function () {
    each(document, "form[data-sent]", function (form) { delete form.dataset.sent; });
  });

  // "Select all" over the rows of one table, with a live count.
  document.addEventListener("change", function (event) {
    var box = event.target;
    var form = box.form;
    if (!form) return;
    if (box.matches("[data-select-all]")) {
      each(form, "[data-select]", function (one) { one.checked = box.checked; });
    }
    if (box.matches("[data-select-all], [data-select]")) {
      each(form, "[data-selected-count]", function (place) {
        place.textContent = form.querySelectorAll("[data-select]:checked").length;
      });
    }
    if (box.matches("[data-apply]")) form.submit();
  });

  // A branch of the organisation tree opens and closes; what lies in it is fetched with the first click.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-branch]");
    if (!button) return;
    var opened = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(opened));
    document.getElementById(button.dataset.branch).hidden = !opened;
  });

  // Arrow keys in the tree: right opens or goes in, left closes or goes up, up and down go from node to node.
  document.addEventListener("keydown", function (event) {
    var tree = event.target.closest(".tree");
    if (!tree || event.ctrlKey || event.altKey || event.metaKey) return;
    var node = event.target.closest("li");
    var links = Array.prototype.filter.call(tree.querySelectorAll(".tree-node a"), function (link) {
      return link.offsetParent !== null;
    });
    var link = node.querySelector("a");
    var at = links.indexOf(link);
    var button = node.querySelector("button[data-branch]");
    var opened = button && button.getAttribute("aria-expanded") === "true";
    var next;
    if (event.key === "ArrowDown") next = links[at + 1];
    else if (event.key === "ArrowUp") next = links[at - 1];
    else if (event.key === "ArrowRight" && opened) next = links[at + 1];
    else if (event.key === "ArrowLeft" && !opened) next = node.parentNode.closest("li") && node.parentNode.closest("li").querySelector("a");
    else if ((event.key === "ArrowRight" || event.key === "ArrowLeft") && button) button.click();
    else return;
    event.preventDefault();
    (next || link).focus();
  });

  // Escape folds what one is in, and stays at its heading.
  document.addEventListener("keydown", function (event) {
    var fold = event.key === "Escape" && event.target.closest("details[open]");
    var heading = fold && fold.querySelector("summary");
    if (!heading || heading.offsetParent === null) return;
    fold.open = false;
    heading.focus();
  });

  // Menu, tree and filters are folded on a phone and open on a desk.
  each(document, ".side-fold, .tree-fold, .filters-fold", function (menu) {
    menu.open = window.innerWidth > 860;
  });

  // A table that is cut off can be scrolled with the arrow keys.
  each(document, ".table-scroll", function (table) {
    if (table.scrollWidth > table.clientWidth || table.scrollHeight > table.clientHeight) table.tabIndex = 0;
  });

  // The list of mistakes takes the focus, so that a screen reader reads it first.
  var summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
}());
