// Shows a day: every number, place and word was worked out when the page was written.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const all = (pattern) => [...document.querySelectorAll(pattern)];
  const slider = document.getElementById("day");
  const last = Number(slider.max);
  const strips = all("[data-strip]");
  const pores = all("[data-pore]");
  const buttons = all("[data-day]");
  let curve = Object.keys(data.outcomes)[0];

  document.documentElement.classList.add("js");

  function move(name, x, heights) {
    const mark = document.querySelector(`[data-mark="${name}"]`);
    if (!mark) return;
    mark.setAttribute("transform", `translate(${x} 0)`);
    mark.querySelectorAll("circle").forEach((dot, i) => dot.setAttribute("cy", heights[i]));
  }

  function say(name, text) {
    const place = document.querySelector(`[data-word="${name}"]`);
    if (place) place.textContent = text.charAt(0).toUpperCase() + text.slice(1);
  }

  function show(day) {
    slider.value = day;
    document.getElementById("day-name").textContent = `Day ${day}`;
    document.getElementById("day-when").textContent = data.words.when[day];
    strips.forEach((strip) => strip.setAttribute("stop-opacity", data.shade[day][strip.dataset.strip]));
    pores.forEach((pore) => pore.setAttribute("fill-opacity", data.pore[day]));
    const [x, ...heights] = data.redness[day];
    move("redness", x, heights);
    for (const [key, days] of Object.entries(data.outcomes)) {
      const [place, ...dots] = days[day];
      move(`outcome-${key}`, place, dots);
    }
    for (const name of ["pore", "collagen", "redness"]) say(name, data.words[name][day]);
    const said = curve === undefined ? [] : data.said[curve][day];
    if (said.length) {
      say("treated", said[0]);
      say("untreated", said[1]);
      say("concern", data.concern[curve]);
    }
    buttons.forEach((button) => button.setAttribute("aria-pressed", Number(button.dataset.day) === day));
    const spoken = [`Day ${day}`, data.words.when[day], `redness ${data.words.redness[day]}`];
    if (said.length) spoken.push(`treated ${said[0]}`);
    slider.setAttribute("aria-valuetext", spoken.join(", "));
  }

  function choose(group, key) {
    for (const panel of all(`[data-panel="${group}"]`)) panel.classList.toggle("on", panel.dataset.key === key);
    for (const input of all(`[data-switch="${group}"] input`)) input.checked = input.value === key;
  }

  function chosen(group, key) {
    choose(group, key);
    // Both switches follow each other where the other has the same observer.
    if (group === "curve") {
      curve = key;
      const same = data.observer[key];
      if (all('[data-panel="faces"]').some((panel) => panel.dataset.key === same)) choose("faces", same);
    } else {
      const same = Object.keys(data.observer).find((other) => data.observer[other] === key);
      if (same !== undefined) {
        curve = same;
        choose("curve", same);
      }
    }
    show(Number(slider.value));
  }

  function fromAddress() {
    const found = /day=(\d+)/.exec(location.hash);
    if (found) show(Math.min(last, Number(found[1])));
  }

  slider.addEventListener("input", () => show(Number(slider.value)));
  buttons.forEach((button) => button.addEventListener("click", () => show(Number(button.dataset.day))));
  for (const input of all("[data-switch] input")) {
    input.addEventListener("change", () => chosen(input.name, input.value));
  }
  window.addEventListener("hashchange", fromAddress);
  // A closed list would be missing on paper.
  window.addEventListener("beforeprint", () => all("details").forEach((part) => { part.open = true; }));

  const firstFaces = document.querySelector('[data-panel="faces"]');
  if (firstFaces) choose("faces", firstFaces.dataset.key);
  if (curve !== undefined) choose("curve", curve);
  show(0);
  fromAddress();
})();
