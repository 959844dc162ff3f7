"""The least that a press can cost that a kernel answers: a button whose message comes back as it went."""

from typing import Final

#: For the kernel: makes ``echo``, a widget to be shown.
BUTTON: Final = """
import anywidget
class Echo(anywidget.AnyWidget):
    _esm = '''export default { render({ model, el }) {
      const button = document.createElement("button");
      button.className = "bench-echo";
      button.onclick = () => model.send({ n: 1 });
      model.on("msg:custom", () => { button.dataset.echoed = "yes"; });
      el.append(button);
    } }'''
echo = Echo()
echo.on_msg(lambda _, content, buffers: echo.send({}))
"""
#: For the page: presses it, and returns the milliseconds to the frame that has the answer.
PRESS: Final = """
async () => {
  const button = document.querySelector(".bench-echo");
  delete button.dataset.echoed;
  const began = bench.now();
  button.click();
  const { at } = await bench.shown(() => button.dataset.echoed === "yes");
  return at - began;
}
"""
