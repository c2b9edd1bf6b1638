import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

/** The page's client; the library itself is built by tsc alone. */
export default defineConfig({
  root: 'dashboard/client',
  base: './',
  plugins: [preact()],
  build: { outDir: '../../dist/dashboard/client', emptyOutDir: true, assetsInlineLimit: 0 },
});
