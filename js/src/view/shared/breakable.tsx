/** A long name that may break after a mark, so that it wraps where it reads well. */
export function Breakable({ text, after }: { text: string; after: string }) {
  return (
    <>
      {text.split(after).map((part, index, all) => (
        // the parts of one fixed text
        <span key={index}>
          {part}
          {index < all.length - 1 ? after : ""}
          <wbr />
        </span>
      ))}
    </>
  );
}
