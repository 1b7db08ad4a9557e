import { expect, test } from 'vitest';
import { auditReport, readAudit } from '../../../../scripts/ci/advisories.js';

/** What `npm audit --json` writes about a package and one that needs it. */
function answer(fixAvailable: boolean | object): string {
  const url = 'https://github.com/advisories/GHSA-xxxx';
  const advisory = {
    source: 1,
    name: 'deep',
    title: 'Path traversal',
    url,
    severity: 'high',
    range: '<2.1.3',
  };
  return JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {
      deep: { name: 'deep', severity: 'high', via: [advisory], effects: ['top'], fixAvailable },
      top: { name: 'top', severity: 'high', via: ['deep'], effects: [], fixAvailable },
    },
    metadata: {},
  });
}

const LINE = 'deep <2.1.3 (high): Path traversal, https://github.com/advisories/GHSA-xxxx';

for (const fixAvailable of [true, { name: 'top', version: '3.0.0', isSemVerMajor: true }])
  test(`an advisory that has a fix is a fault: ${JSON.stringify(fixAvailable)}`, () => {
    expect(auditReport(readAudit(answer(fixAvailable), ''))).toEqual({
      lines: ['npm audit --omit=dev: 1 advisory', `${LINE}; a fix exists`],
      faults: [`${LINE}; a fix exists`],
    });
  });

test('an advisory without a fix is printed, and is no fault', () => {
  expect(auditReport(readAudit(answer(false), ''))).toEqual({
    lines: ['npm audit --omit=dev: 1 advisory', `${LINE}; no fix yet`],
    faults: [],
  });
});

test('no advisory', () => {
  const nothing = JSON.stringify({ auditReportVersion: 2, vulnerabilities: {}, metadata: {} });
  expect(auditReport(readAudit(nothing, ''))).toEqual({
    lines: ['npm audit --omit=dev: no advisory'],
    faults: [],
  });
});

for (const [stdout, stderr, why] of [
  [
    '{"message":"405 Method Not Allowed","error":{"summary":"","detail":""}}',
    'npm warn',
    '405 Method Not Allowed',
  ],
  [
    '{"error":{"code":"ENOLOCK","summary":"This command requires a lockfile"}}',
    '',
    'This command requires a lockfile',
  ],
  ['', 'npm error network\n', 'npm error network'],
  ['<html>', '', 'it wrote nothing that can be read'],
] as const)
  test(`no answer is said, and is no fault: ${why}`, () => {
    expect(auditReport(readAudit(stdout, stderr))).toEqual({
      lines: [`npm audit --omit=dev was not answered: ${why}`],
      faults: [],
    });
  });
