/* Dropping files on the upload page, the list of chosen files, and real progress while they travel. Works without it too. */
(function start() {
  "use strict";
  var form = document.querySelector("[data-upload]");
  if (!form || !window.FormData || !window.DataTransfer) return;
  var drop = form.querySelector("[data-drop]");
  var input = drop.querySelector("input[type=file]");
  var list = drop.querySelector("[data-drop-list]");
  var box = form.querySelector("[data-upload-progress]");
  var failed = form.querySelector("[data-upload-failed]");

  // The browser's own control speaks the browser's language; ours stands in front of it.
  drop.classList.add("drop-ready");

  function size(bytes) {
    return bytes < 1048576 ? Math.ceil(bytes / 1024) + " KB" : (bytes / 1048576).toFixed(1) + " MB";
  }

  function show() {
    list.textContent = "";
    Array.prototype.forEach.call(input.files, function (file) {
      var item = document.createElement("li");
      item.textContent = file.name + "  " + size(file.size);
      list.appendChild(item);
    });
  }

  input.addEventListener("change", show);
  ["dragenter", "dragover"].forEach(function (name) {
    drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add("drop-over"); });
  });
  ["dragleave", "drop"].forEach(function (name) {
    drop.addEventListener(name, function () { drop.classList.remove("drop-over"); });
  });
  drop.addEventListener("drop", function (event) {
    event.preventDefault();
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; show(); }
  });

  form.addEventListener("submit", function (event) {
    if (!input.files.length) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    failed.hidden = true;
    box.hidden = false;
    var request = new XMLHttpRequest();
    request.open("POST", form.action || window.location.href);
    request.upload.addEventListener("progress", function (step) {
      if (!step.lengthComputable) return;
      var percent = Math.round(step.loaded * 100 / step.total);
      box.querySelector("progress").value = percent;
      box.querySelector("[data-upload-percent]").textContent = percent;
    });
    request.addEventListener("load", function () {
      if (request.status < 400 && request.responseURL && request.responseURL !== window.location.href) {
        window.location.assign(request.responseURL);
        return;
      }
      // Not redirected: the form came back with its mistakes (or an error page came). Show that in place of this one.
      var page = new DOMParser().parseFromString(request.responseText, "text/html");
      document.querySelector("main").replaceWith(page.querySelector("main"));
      var summary = document.querySelector(".error-summary");
      if (summary) summary.focus();
      start();
    });
    request.addEventListener("error", function () {
      delete form.dataset.sending;
      delete form.dataset.sent;
      box.hidden = true;
      failed.hidden = false;
    });
    request.send(new FormData(form));
  });
}());
