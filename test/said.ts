/** What is said on standard error while `body` runs. */
export async function said(body: () => Promise<unknown>): Promise<string> {
  const lines: string[] = [];
  const write = process.stderr.write;
  process.stderr.write = ((line: string) => lines.push(line) > 0) as typeof write;
  try {
    await body();
  } finally {
    process.stderr.write = write;
  }
  return lines.join('');
}
