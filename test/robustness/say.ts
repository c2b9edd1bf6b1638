/** A line to the process that started this one. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
