export class Lock {
  readonly tookOver: boolean = false;
  static take(_file: string): Lock {
    return new Lock();
  }
  release(): void {}
}
