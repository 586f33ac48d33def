/** vitest's JSON report, as far as it is counted. */
interface Report {
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

export interface Tally {
  passed: number;
  failed: number;
}

/**
 * Counts the tests of a run. A file that did not load counts as one failure, and so does a run that failed in any other
 * way (no tests at all, an error outside of a test): `0 failed` always means that everything is well.
 *
 * @param report vitest's JSON report; undefined when it wrote none
 * @param exitCode of vitest; null when a signal ended it
 */
export function tally(report: unknown, exitCode: number | null): Tally {
  const files = isReport(report) ? report.testResults : [];
  const count = (status: string) =>
    files.flatMap((file) => file.assertionResults).filter((t) => t.status === status).length;
  const passed = count("passed");
  const unloaded = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((t) => t.status === "failed"),
  );
  const failed = count("failed") + unloaded.length;
  const wentWrong = exitCode !== 0 || passed + failed === 0;
  return { passed, failed: failed === 0 && wentWrong ? 1 : failed };
}

function isReport(report: unknown): report is Report {
  return typeof report === "object" && report !== null && "testResults" in report && Array.isArray(report.testResults);
}
