/* The upload page: files are dropped or chosen, and each travels in a request of its own with its own progress, so that
   one that fails holds up no other. Without this script one request carries them all. */
(function start() {
  "use strict";
  var form = document.querySelector("[data-upload]");
  if (!form || !window.FormData || !window.DataTransfer) return;
  var drop = form.querySelector("[data-drop]");
  var input = drop.querySelector("input[type=file]");
  var list = drop.querySelector("[data-drop-list]");
  var note = form.querySelector("[data-upload-note]");
  var failed = form.querySelector("[data-upload-failed]");
  var words = list.dataset;
  var files = [];
  var sending = false;

  // The browser's own control speaks the browser's language; ours stands in front of it.
  drop.classList.add("drop-ready");

  function size(bytes) {
    return bytes < 1048576 ? Math.ceil(bytes / 1024) + " KB" : (bytes / 1048576).toFixed(1) + " MB";
  }

  function part(tag, name, text) {
    var made = document.createElement(tag);
    made.className = name;
    if (text) made.textContent = text;
    return made;
  }

  function add(chosen) {
    Array.prototype.forEach.call(chosen, function (file) {
      var known = files.some(function (one) {
        return one.file.name === file.name && one.file.size === file.size && one.file.lastModified === file.lastModified;
      });
      if (!known) files.push({ file: file, state: "waiting" });
    });
    input.value = "";
    show();
  }

  function show() {
    list.textContent = "";
    files.forEach(function (one) {
      one.line = part("li", "file-" + one.state);
      one.line.appendChild(part("span", "file-name", one.file.name));
      one.line.appendChild(part("span", "file-size", size(one.file.size)));
      one.says = part("span", "file-state", one.why || words[one.state]);
      one.line.appendChild(one.says);
      if (!sending && one.state !== "sent") one.line.appendChild(remover(one));
      list.appendChild(one.line);
    });
  }

  function remover(one) {
    var button = part("button", "", words.remove);
    button.type = "button";
    button.setAttribute("aria-label", words.remove + " " + one.file.name);
    button.addEventListener("click", function () {
      files.splice(files.indexOf(one), 1);
      show();
      input.focus();
    });
    return button;
  }

  function says(one, state, why) {
    one.state = state;
    one.why = why || "";
    one.line.className = "file-" + state;
    one.says.textContent = one.why || words[state];
  }

  input.addEventListener("change", function () { add(input.files); });
  ["dragenter", "dragover"].forEach(function (name) {
    drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add("drop-over"); });
  });
  ["dragleave", "drop"].forEach(function (name) {
    drop.addEventListener(name, function () { drop.classList.remove("drop-over"); });
  });
  drop.addEventListener("drop", function (event) {
    event.preventDefault();
    if (!sending) add(event.dataTransfer.files);
  });
  window.addEventListener("beforeunload", function (event) {
    if (sending) { event.preventDefault(); event.returnValue = ""; }
  });

  // What was said beside the files, without the control itself: it would carry them all at once.
  function said() {
    var data = new FormData(form);
    data.delete(input.name);
    return data;
  }

  function send(one, next) {
    var request = new XMLHttpRequest();
    var bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", one.file.name);
    says(one, "sending");
    one.says.appendChild(bar);
    request.open("POST", form.action || window.location.href);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", function (step) {
      if (step.lengthComputable) bar.value = Math.round(step.loaded * 100 / step.total);
    });
    request.addEventListener("load", function () {
      var json = (request.getResponseHeader("Content-Type") || "").indexOf("application/json") === 0;
      if (!json) { refill(request.responseText); return; }
      var answer = JSON.parse(request.responseText);
      if (answer.error) says(one, "broken", answer.error); else says(one, "sent");
      one.answer = answer;
      next();
    });
    request.addEventListener("error", function () { says(one, "broken"); next(); });
    var data = said();
    data.append(input.name, one.file);
    request.send(data);
  }

  // The form came back with its mistakes (or an error page came): show that, and keep the files that were chosen.
  function refill(text) {
    sending = false;
    var page = new DOMParser().parseFromString(text, "text/html");
    document.querySelector("main").replaceWith(page.querySelector("main"));
    var summary = document.querySelector(".error-summary");
    if (summary) summary.focus();
    start();
    var again = document.querySelector("[data-upload] input[type=file]");
    if (!again) return;
    var kept = new DataTransfer();
    files.forEach(function (one) { if (one.state !== "sent") kept.items.add(one.file); });
    again.files = kept.files;
    again.dispatchEvent(new Event("change"));
  }

  function finish() {
    sending = false;
    delete form.dataset.sent;
    note.hidden = true;
    var sent = files.filter(function (one) { return one.state === "sent"; });
    if (sent.length === files.length) {
      var only = files.length === 1 && files[0].answer;
      window.location.assign(only ? only.url : form.dataset.drafts);
      return;
    }
    failed.hidden = false;
    show();
  }

  form.addEventListener("submit", function (event) {
    var waiting = files.filter(function (one) { return one.state !== "sent"; });
    if (!waiting.length && !sending) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    failed.hidden = true;
    note.hidden = false;
    show();
    (function next() {
      if (!sending) return;
      var one = waiting.shift();
      if (one) send(one, next); else finish();
    }());
  });
}());
