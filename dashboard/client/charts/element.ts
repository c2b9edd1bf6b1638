export function element(className: string, tag: 'div' | 'span' = 'div'): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}
