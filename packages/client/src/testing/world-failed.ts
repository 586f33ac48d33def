/** A world did not do what its script expects. The message ends with what happened before, in order. */
export class WorldFailed extends Error {
  override readonly name = "WorldFailed";
  /** What was expected, without the trace. */
  readonly expectation: string;

  constructor(expectation: string, trace: string) {
    super(`${expectation}\n\n${trace}\n`);
    this.expectation = expectation;
  }
}
