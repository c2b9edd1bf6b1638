/**
 * `import 'satwatch/native'`, before tfjs-node: gives Node 23 and later back what tfjs-node 4.22 needs of `node:util`.
 * Loads nothing else.
 */
import { mendUtil } from './mendUtil.js';

mendUtil();
