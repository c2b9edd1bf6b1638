/**
 * A picture of the page over a store: `node test/dashboard/screenshot.js STORE OUT.png [--dark] [--phone] [HASH]`,
 * HASH such as '#/run/1?segment=watermark'. The package must be built.
 */
import chromium from '@sparticuz/chromium';
import { chromium as driver } from 'playwright-core';
import { startDashboard } from 'satwatch/dashboard';

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const [store, out, hash = ''] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const phone = flags.includes('--phone');
const server = await startDashboard(store, { port: 0 });
const browser = await driver.launch({
  executablePath: await chromium.executablePath(),
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--lang=en-US'],
});
try {
  const page = await browser.newPage({
    locale: 'en-US',
    viewport: phone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
    deviceScaleFactor: 2,
    colorScheme: flags.includes('--dark') ? 'dark' : 'light',
  });
  page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
  page.on('pageerror', (error) => console.error(error));
  await page.goto(server.url + hash);
  await page.waitForSelector('.connection.live');
  await page.waitForSelector('.run, .compare, .no-runs');
  await page.waitForTimeout(300);
  await page.screenshot({ path: out, fullPage: flags.includes('--full') });
} finally {
  await browser.close();
  await server.close();
}
