/** A real PNG, of 64 by 64 where no size is given, drawn by the browser. */

export function picture(width = 64, height = 64): Uint8Array {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("this browser draws nothing");
  pen.fillStyle = "#cfe0ea";
  pen.fillRect(0, 0, 64, 64);
  pen.fillStyle = "#6f97b1";
  pen.fillRect(0, 36, 64, 12);
  pen.fillStyle = "#75838f";
  pen.beginPath();
  pen.ellipse(32, 40, 20, 8, 0, 0, 7);
  pen.fill();
  const base64 = canvas.toDataURL("image/png").split(",")[1] ?? "";
  return Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
}
