/** The function libraries of one engine, by their source texts. */
export class FunctionLibraries {
  #sources: readonly string[] = [];

  sources(): readonly string[] {
    return this.#sources;
  }

  restore(sources: readonly string[]): void {
    this.#sources = [...sources];
  }
}
