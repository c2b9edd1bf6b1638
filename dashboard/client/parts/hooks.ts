import { useContext, useEffect, useState } from 'preact/hooks';
import { CursorContext } from '../charts/context.js';

/** The time, once a second; ages are counted from it. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Whether the page is narrow, and followed when it is turned or resized. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const listener = () => setMatches(media.matches);
    media.addEventListener('change', listener);
    return () => media.removeEventListener('change', listener);
  }, [query]);
  return matches;
}

/** The observation that the charts' cursor points at. */
export function useCursor(): number | null {
  const group = useContext(CursorContext);
  const [index, setIndex] = useState(group.index);
  useEffect(() => group.listen(setIndex), [group]);
  return index;
}

/** Height of the window, px. */
export function useWindowHeight(): number {
  const [height, setHeight] = useState(innerHeight);
  useEffect(() => {
    const listener = () => setHeight(innerHeight);
    addEventListener('resize', listener);
    return () => removeEventListener('resize', listener);
  }, []);
  return height;
}
