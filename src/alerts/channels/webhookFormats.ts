import type { Alert } from '../../types.js';

/** What a receiver expects to be posted, as JSON. */
interface WebhookFormat {
  /** Makes names of the user's (segments, classes, runs) plain text: no markup, no mentions. */
  plain(text: string): string;
  body(text: string, alert: Alert, run: string): Record<string, unknown>;
}

/** Version of the shape of `json`; it grows when a field changes its meaning or goes. */
const schema = 1;

export const webhookFormats = {
  /** Slack incoming webhooks: https://docs.slack.dev/messaging/formatting-message-text; 4,000 characters advised. */
  slack: {
    plain: (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;'),
    body: (text) => ({ text: cut(text, 4000) }),
  },
  /** Discord's Execute Webhook: `content` of at most 2,000 characters; nobody is mentioned, whatever it says. */
  discord: {
    plain: (text) => text.replace(/[\\*_~`|<>#[\]@]/g, '\\$&'),
    body: (text) => ({ content: cut(text, 2000), allowed_mentions: { parse: [] } }),
  },
  /** The whole alert; numbers that are not finite are null. */
  json: {
    plain: (text) => text,
    body: (text, { delivery: _, ...alert }, run) => ({ schema, run, text, alert }),
  },
} satisfies Record<string, WebhookFormat>;

export type WebhookFormatName = keyof typeof webhookFormats;

/** By the address of the receiver. */
export function formatOf({ hostname, pathname }: URL): WebhookFormatName {
  if (/^hooks\.slack(-gov)?\.com$/.test(hostname)) return 'slack';
  if (/(^|\.)discord(app)?\.com$/.test(hostname) && /^\/api\/(v\d+\/)?webhooks\//.test(pathname))
    return 'discord';
  return 'json';
}

/** Never in the middle of a character, of an escape (`\*`) or of an entity (`&amp;`). */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/([\uD800-\uDBFF]|\\|&[a-z]{0,3})$/, '')}…`;
}
