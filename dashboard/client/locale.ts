/**
 * Imported before uPlot, which formats numbers by `navigator.language` while it loads: under LANG=C.UTF-8 Chromium
 * says 'en-US@posix', no valid tag, and the page would stay blank.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}
