/** The key field and its lock. What is typed stays in the field until it is sent once, and nowhere else. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ignoreNotConnected } from "../../kernel/comm";
import type { Alert } from "../../protocol";
import { Control, IconButton } from "../shared/control";
import { Icon } from "../shared/icons";
import { useIsKeyEntryClosed } from "../shared/notes";
import { useIsConnected, usePage, useTrait } from "../use-trait";

export function KeyBox({ isOff }: { isOff: boolean }) {
  const isLocked = useTrait("locked") && !isOff;
  const { box, press } = usePress(isLocked);
  return (
    <div class="gw-key" ref={box}>
      {isLocked ? (
        <LockedKey key="locked" press={press} />
      ) : (
        <OpenKey key="open" isOff={isOff} press={press} />
      )}
    </div>
  );
}

/** Note a press, or go on behind the last one that was noted. */
type Press = (isPressed: boolean) => void;

/** Behind a press the focus goes on to what stands in its place, unless it has left meanwhile. */
function usePress(isLocked: boolean) {
  const page = usePage();
  const box = useRef<HTMLDivElement>(null);
  const isPressed = useRef(false);
  const press: Press = (isNow) => {
    const at = page.focused ?? document.activeElement;
    const isHere = at === document.body || box.current?.contains(at);
    if (!isNow && isPressed.current && isHere)
      box.current?.querySelector<HTMLElement>(isLocked ? "button" : "input")?.focus();
    isPressed.current = isNow;
  };
  useLayoutEffect(() => press(false), [isLocked]);
  return { box, press };
}

function LockedKey({ press }: { press: Press }) {
  const page = usePage();
  const hint = useTrait("key_hint");
  const isConnected = useIsConnected();
  const unlock = () => {
    press(true);
    page.link.request({ kind: "unlock_key" }).then(() => page.say("page_key_unlocked"), ignoreNotConnected);
  };
  return (
    <>
      <div class="gw-in off">
        <label for={page.id("key")}>API key</label>
        <Control
          as="input"
          id={page.id("key")}
          class="mono"
          type="password"
          autocomplete="off"
          placeholder={`${hint} locked`.trim()}
          disabled
        />
      </div>
      <IconButton
        id={page.id("unlock")}
        name="Unlock API key"
        class="gw-lock"
        pressed
        disabled={!isConnected}
        onClick={unlock}
      >
        <Icon name="lock" />
      </IconButton>
    </>
  );
}

/** Why the key that was typed, or the one that was locked, cannot be used; it stands until another is typed. */
function useRefusal() {
  const [own, setOwn] = useState<Alert | null>(null);
  const alert = useTrait("alert");
  const [seen, setSeen] = useState<Alert | null>(null);
  const told = alert && alert !== seen && alert.scope === "key" && alert.kind === "error" ? alert : null;
  const refuse = (refusal: Alert | null) => {
    setOwn(refusal);
    setSeen(alert);
  };
  return { refusal: own ?? told, refuse };
}

/** What happens to a typed key: it is sent, and the field is emptied once it is locked. */
function useLock(press: Press, isClosed: boolean) {
  const page = usePage();
  const field = useRef<HTMLInputElement>(null);
  const [hasText, setHasText] = useState(false);
  const [isChecking, setChecking] = useState(false);
  const { refusal, refuse } = useRefusal();
  const empty = () => {
    if (field.current) field.current.value = "";
    setHasText(false);
  };
  // A field that browsers fill in again after a reload must start empty: before anything can be put into it.
  useLayoutEffect(empty, [isClosed]);
  // Whether this kernel logs messages can change while the page is open.
  const ask = () => page.link.request({ kind: "check_key_entry" }).catch(ignoreNotConnected);
  const lock = async () => {
    const key = field.current?.value ?? "";
    if (key === "" || isClosed || isChecking || page.store.state.connection !== "connected") return;
    page.dismissAlert();
    refuse(null);
    setChecking(true);
    press(true);
    page.say("page_key_checking");
    try {
      const answer = await page.link.request({ kind: "lock_key", key, region: page.model.get("region") });
      if (answer.ok) {
        empty();
        page.say("page_key_locked");
      } else {
        refuse(answer.alert);
        press(false);
      }
    } catch (error) {
      ignoreNotConnected(error);
    } finally {
      setChecking(false);
    }
  };
  const typed = () => {
    setHasText(field.current?.value !== "");
    refuse(null);
  };
  const go = () => field.current?.focus();
  const dismiss = () => {
    refuse(null);
    go();
  };
  const fill = (key: string) => {
    if (field.current) field.current.value = key;
    typed();
    go();
  };
  return { field, hasText, isChecking, refusal, lock, typed, ask, dismiss, fill };
}

/** The sandbox's key is public; it fills the field, and locking stays the person's own act. */
function SandboxKey({ onUse }: { onUse: (key: string) => void }) {
  const page = usePage();
  const region = useTrait("region");
  const { sandbox_key } = useTrait("catalogue");
  if (region !== "sandbox" || sandbox_key === null) return null;
  return (
    <Control as="button" id={page.id("use-key")} class="gw-btn sm" onClick={() => onUse(sandbox_key)}>
      Use the sandbox key
    </Control>
  );
}

function OpenKey({ isOff, press }: { isOff: boolean; press: Press }) {
  const page = usePage();
  const isClosed = useIsKeyEntryClosed();
  const { field, hasText, isChecking, refusal, lock, typed, ask, dismiss, fill } = useLock(press, isClosed);
  const isConnected = useIsConnected();
  return (
    <>
      <div class={`gw-in${isOff || isClosed ? " off" : ""}${refusal ? " wrong" : ""}`}>
        <label for={page.id("key")}>API key</label>
        <Control
          as="input"
          ref={field}
          id={page.id("key")}
          type="password"
          autocomplete="off"
          spellcheck={false}
          placeholder="bye_..."
          disabled={isOff || isClosed}
          readOnly={isChecking}
          aria-describedby={refusal ? page.id("key-said") : isClosed ? page.id("key-closed") : undefined}
          onFocus={ask}
          aria-invalid={refusal ? true : undefined}
          onInput={typed}
          onKeyDown={(event: KeyboardEvent) => {
            if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
            event.preventDefault(); // or the same key presses Unlock, where the focus goes on to
            lock();
          }}
        />
        {hasText || isOff || isClosed ? null : <SandboxKey onUse={fill} />}
      </div>
      <IconButton
        name="Lock API key"
        class="gw-lock"
        disabled={!hasText || isClosed || !isConnected}
        onClick={lock}
      >
        {isChecking ? <span class="gw-spin" /> : <Icon name="unlock" />}
      </IconButton>
      {refusal ? (
        <div class="gw-bad said">
          <Icon name="warn" />
          <div>
            <span id={page.id("key-said")}>
              <b role="alert">{refusal.message}</b>
              {refusal.more ? <span>{refusal.more}</span> : null}
            </span>
            {hasText ? <SandboxKey onUse={fill} /> : null}
          </div>
          <IconButton name="Dismiss" class="sm" onClick={dismiss}>
            <Icon name="close" />
          </IconButton>
        </div>
      ) : null}
    </>
  );
}
