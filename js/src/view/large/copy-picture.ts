/** Puts a picture into the clipboard, which takes PNG from every page that is served securely. */

export async function copyPicture(blob: Blob): Promise<boolean> {
  try {
    // made of a promise, so that the press that asked for it still counts while it is drawn
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png(blob) })]);
    return true;
  } catch {
    return false;
  }
}

async function png(blob: Blob): Promise<Blob> {
  if (blob.type === "image/png") return blob;
  const picture = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}
