// Checks the packages that this one needs, and the one that is published. Exit 1 with every fault on stderr.
// Run: npx tsx scripts/ci/check-packages.ts
import fs from 'node:fs';
import path from 'node:path';
import { projectFolder } from '../bundling.js';
import { audit, auditReport } from './advisories.js';
import { installScriptFaults, type LockFile } from './install-scripts.js';
import { packageFaults, packedFiles } from './package-contents.js';

const lock: LockFile = JSON.parse(fs.readFileSync(path.join(projectFolder, 'package-lock.json'), 'utf8'));
const files = packedFiles(projectFolder);
const audited = auditReport(audit(projectFolder));
console.log(audited.lines.join('\n'));

const faults = [...installScriptFaults(lock), ...packageFaults(projectFolder, files), ...audited.faults];
if (faults.length === 0)
  console.log(`install scripts and the ${files.length} files of the package are as expected`);
for (const fault of faults) console.error(`check-packages: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
