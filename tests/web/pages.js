// usage: node pages.js MODULES CHROMIUM all|one PAGE.html...
// Opens each page in a real browser at a desktop's and a phone's width, and in forced colours (one: at
// a desktop's only); asks axe-core; prints one JSON array: page, width, colours, violations, rules that broke, passes, by
// how many pixels the page is wider than the window, and the words that cannot be read: in a chart over each other or
// outside of it, captions out of the window. "all" also prints each page to PAGE.pdf.
'use strict';
const fs = require('fs');
const path = require('path');

const [modules, executablePath, how, ...pages] = process.argv.slice(2);
const { chromium } = require(path.join(modules, 'playwright-core'));
const axe = fs.readFileSync(path.join(modules, 'axe-core', 'axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const views = [
  { width: 1280, forcedColors: 'none' },
  { width: 360, forcedColors: 'none' },
  { width: 1280, forcedColors: 'active' },
];

// Runs in the page.
function unreadable() {
  const found = [];
  const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
  for (const svg of document.querySelectorAll('svg')) {
    if (!svg.getClientRects().length) continue;
    const box = svg.getBoundingClientRect();
    const words = [...svg.querySelectorAll('text')].map((t) => [t.textContent, t.getBoundingClientRect()]);
    words.forEach(([text, at], i) => {
      if (at.left < box.left - 1 || at.right > box.right + 1 || at.top < box.top - 1 || at.bottom > box.bottom + 1)
        found.push(`outside of the chart: ${text}`);
      for (const [other, there] of words.slice(i + 1)) if (overlap(at, there)) found.push(`${text} over ${other}`);
    });
  }
  const width = document.documentElement.clientWidth;
  for (const words of document.querySelectorAll('caption span')) {
    if (words.getClientRects().length && words.getBoundingClientRect().right > width)
      found.push(`a caption out of the window: ${words.textContent}`);
  }
  return found;
}

async function look(browser, file, view) {
  const context = await browser.newContext({
    viewport: { width: view.width, height: 900 },
    forcedColors: view.forcedColors,
    offline: true,
  });
  const page = await context.newPage();
  await page.goto('file://' + path.resolve(file));
  await page.evaluate(axe);
  const result = await page.evaluate((values) => axe.run(document, { runOnly: values }), tags);
  const wider = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const words = await page.evaluate(unreadable);
  if (how === 'all' && view === views[0]) await page.pdf({ path: file + '.pdf', preferCSSPageSize: true });
  await context.close();
  // A rule that breaks has found nothing: axe reports it as one to be looked at by a person.
  const broke = result.incomplete.filter((r) => JSON.stringify(r.nodes).includes('error-occurred'));
  return {
    page: file,
    width: view.width,
    colours: view.forcedColors,
    violations: result.violations.map(
      (v) => `${v.id}: ${v.help} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 160)}`),
    broke: broke.map((r) => r.id),
    passes: result.passes.length,
    wider,
    unreadable: words,
  };
}

(async () => {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const found = [];
  for (const file of pages)
    for (const view of how === 'all' ? views : views.slice(0, 1)) found.push(await look(browser, file, view));
  await browser.close();
  console.log(JSON.stringify(found));
})().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
