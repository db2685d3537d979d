/** What `cjson.*` functions without data set; kept from script to script, as on a server. */
export interface JsonSettings {
  encodeMaxDepth: number;
  decodeMaxDepth: number;
  precision: number;
  keepBuffer: boolean;
  encodeInvalid: boolean | 'null';
  decodeInvalid: boolean;
  sparseConvert: boolean;
  sparseRatio: number;
  sparseSafe: number;
}
