/** What keeps a text from being the name of a class or a segment, or undefined. */
export function flawInName(name: string): string | undefined {
  // Roles, tables and pages are objects by name: there such a name would find what nobody put in.
  return name in Object.prototype ? `'${name}' cannot be a name, every JavaScript object has it` : undefined;
}
