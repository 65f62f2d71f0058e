/** Whether a file is shown only: configuration in Terraform's JSON syntax. */
export function isReadOnly(file: string): boolean {
  return file.endsWith(".tf.json");
}
