// A sound and a notification when a run that was active has ended.

// Hertz, and seconds of each of the two tones.
const TONES = [660, 880]
const TONE = 0.18

// The runs that were seen active in this visit, and the sound, which a click has to allow.
const seenActive = new Set()
let audio = null

const allowSound = () => {
  audio ??= new AudioContext()
  audio.resume()
}

const play = () => {
  if (!audio) return
  TONES.forEach((frequency, number) => {
    const tone = new OscillatorNode(audio, { frequency })
    tone.connect(new GainNode(audio, { gain: 0.15 })).connect(audio.destination)
    const start = audio.currentTime + number * TONE
    tone.start(start)
    tone.stop(start + TONE)
  })
}

const notify = ({ title, text, run }) => {
  try {
    const note = new Notification(title, { body: text, tag: run })
    note.onclick = () => { window.focus(); note.close() }
  } catch {
    // Not allowed, or a phone, which has notifications in service workers only: the sound is left.
  }
}

export default function ({ data, parentElement, setStateValue }) {
  // Streamlit calls this again when the data change, and the returned function only at the end.
  parentElement.cleanUp?.()
  if (data.active) seenActive.add(data.run)
  else if (seenActive.delete(data.run) && data.wanted) { play(); notify(data) }

  const page = new AbortController()
  const report = () => setStateValue('permission', window.Notification?.permission ?? 'missing')
  document.addEventListener('click', async event => {
    if (!event.target.closest?.(`.st-key-${data.switch} label`)) return
    allowSound()
    if (window.Notification?.permission === 'default') await Notification.requestPermission()
    report()
  }, { signal: page.signal, capture: true })
  parentElement.cleanUp = () => page.abort()
  return parentElement.cleanUp
}
