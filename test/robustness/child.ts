/** What the robustness tests do in processes of their own; options come as JSON. */
type Command = (options: any) => Promise<void>;

const commands: Record<string, () => Promise<Command>> = {
  train: async () => (await import('./training.js')).train,
  long: async () => (await import('./long.js')).trainLong,
  read: async () => (await import('./read.js')).read,
  serve: async () => (await import('./serve.js')).serve,
};

// Loaded here and not in main, and only what is asked for: these processes come and go by the dozen.
const command = await commands[process.argv[2]]();

export async function main([name, options]: string[]): Promise<void> {
  // Whoever started it may be killed, too.
  if (name !== 'serve') process.stdin.on('end', () => process.exit(1)).resume();
  await command(JSON.parse(options));
  process.stdin.pause();
}
