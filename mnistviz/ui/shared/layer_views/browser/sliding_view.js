// A window that slides over an input and paints a map: by pointer, by keyboard, or by itself.

// Places in a second: a map of 26×26 takes 17 s at medium speed.
const SPEEDS = [['slow', 3], ['medium', 40], ['fast', 120], ['very fast', 480]]
const DIRECTIONS = [['→ row by row', 'rows'], ['↓ column by column', 'columns'], ['← backwards', 'back']]
// Milliseconds without a movement until the place is reported.
const REST = 350

const TOOLBAR = `
  <button class="play" type="button"></button>
  <button class="back" type="button">Back</button>
  <button class="step" type="button">Step</button>
  <label class="move"><span>Speed</span> <select class="speed"></select></label>
  <label class="move"><span>Direction</span> <select class="direction"></select></label>
  <button class="fill" type="button">Fill the map</button>
  <button class="empty" type="button">Empty it</button>
  <p class="mouse">Or move over the pictures; arrow keys work, too.</p>
  <p class="touch">Or drag over the pictures.</p>
  <p class="legend"><i class="plus"></i> positive <i class="minus"></i> negative</p>`

const fillSelect = (select, options, chosen) => {
  select.replaceChildren(...options.map(([text, value]) => new Option(text, value)))
  select.value = chosen
}

// `show(row, column)` shows the numbers of a place, `describe(row, column)` returns them as a text
// for screen readers, and `rest(row, column)` is told where the window came to rest after a
// movement. Lines join the window with `grid`.
class SlidingView {
  constructor(root, { show, describe, rest = () => {}, grid = null }) {
    Object.assign(this, { show, describe, rest })
    this.find = selector => root.querySelector(selector)
    this.links = grid && new Links(this.find('.row'), this.find('.input canvas'), this.find(grid))
    this.input = new PixelMap(this.find('.input'))
    this.map = new PixelMap(this.find('.map'))
    this.live = this.find('.live')
    this.place = { row: 0, column: 0 }
    this.painted = new Uint8Array(0)
    this.addToolbar()
    this.listen(this.input, ({ row, column }) => {
      // The window's middle follows the pointer.
      const corner = (value, last) =>
        clamp(Math.round((value - this.shape.size / 2) / this.shape.stride), 0, last)
      return {
        row: corner(row, this.shape.rows - 1), column: corner(column, this.shape.columns - 1),
      }
    })
    this.listen(this.map, ({ row, column }) => ({
      row: clamp(Math.floor(row), 0, this.shape.rows - 1),
      column: clamp(Math.floor(column), 0, this.shape.columns - 1),
    }))
  }

  addToolbar() {
    const bar = this.find('.toolbar')
    bar.innerHTML = TOOLBAR
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
    fillSelect(this.find('.speed'), SPEEDS, isCalm ? 3 : 40)
    this.find('.speed').setAttribute('aria-label', 'Speed')
    this.find('.direction').setAttribute('aria-label', 'Direction')
    fillSelect(this.find('.direction'), DIRECTIONS, 'rows')
    this.find('.play').onclick = () => (this.timer ? this.pause() : this.play())
    this.find('.back').onclick = () => this.step(-1)
    this.find('.step').onclick = () => this.step(1)
    this.find('.fill').onclick = () => this.paintAll(1)
    this.find('.empty').onclick = () => { this.fresh = true; this.paintAll(0) }
    this.labelPlay()
  }

  labelPlay() {
    const button = this.find('.play')
    button.textContent = this.timer ? 'Pause' : 'Play'
    button.setAttribute('aria-pressed', String(Boolean(this.timer)))
  }

  // Shape: `rows`, `columns` of the map, `size` and `stride` of the window. `empty`: start a map.
  setShape(shape, empty) {
    const count = shape.rows * shape.columns
    if (empty || this.painted.length !== count) {
      // A complete map stays complete: so channels and images can be compared.
      const complete = this.painted.length > 1 && this.painted.every(Boolean)
      this.painted = new Uint8Array(count).fill(complete)
      this.fresh = true
      this.pause()
    }
    this.shape = shape
    const single = count === 1
    this.find('.toolbar').hidden = single
    if (single) this.painted.fill(1)
    this.place = {
      row: Math.min(this.place.row, shape.rows - 1),
      column: Math.min(this.place.column, shape.columns - 1),
    }
  }

  paintAll(value) {
    this.pause()
    this.painted.fill(value)
    this.map.show(this.map, this.painted)
    this.render()
  }

  listen(picture, placeOf) {
    const { canvas } = picture
    const follow = event => {
      this.pause()
      const place = placeOf(picture.at(event))
      if (place.row !== this.place.row || place.column !== this.place.column) this.moveTo(place)
    }
    canvas.onpointerdown = event => {
      canvas.setPointerCapture(event.pointerId)
      this.held = true
      follow(event)
    }
    canvas.onpointerup = canvas.onpointercancel = () => { this.held = false; this.render() }
    canvas.onpointermove = event => {
      if (event.pointerType === 'mouse' || event.buttons) follow(event)
    }
    canvas.onkeydown = event => {
      const moves = {
        ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
        Home: [0, -Infinity], End: [0, Infinity], PageUp: [-Infinity, 0], PageDown: [Infinity, 0],
      }
      if (event.key === ' ') this.find('.play').click()
      else if (moves[event.key]) {
        this.pause()
        const [down, right] = moves[event.key]
        this.moveTo({
          row: clamp(this.place.row + down, 0, this.shape.rows - 1),
          column: clamp(this.place.column + right, 0, this.shape.columns - 1),
        })
      } else return
      event.preventDefault()
      event.stopPropagation()
    }
  }

  // Draws at most once a frame, however often the window moves.
  moveTo(place) {
    this.place = place
    this.moved = true
    this.painted[place.row * this.shape.columns + place.column] = 1
    this.map.paint(place.row * this.shape.columns + place.column)
    this.frame ??= requestAnimationFrame(() => { this.frame = null; this.render() })
  }

  render() {
    const { row, column } = this.place
    const index = row * this.shape.columns + column
    if (!this.painted[index]) { this.painted[index] = 1; this.map.paint(index) }
    const corner = { row: row * this.shape.stride, column: column * this.shape.stride }
    this.input.moveWindow(corner.row, corner.column)
    this.links?.moveTo({ ...this.input, ...corner })
    this.map.moveWindow(row, column)
    this.show(row, column)
    clearTimeout(this.resting)
    if (this.timer || this.held || !this.moved) return
    this.resting = setTimeout(() => {
      this.live.textContent = this.describe(row, column)
      this.rest(row, column)
    }, REST)
  }

  // Moves by one place in the chosen direction; returns whether it went over the end.
  advance(by) {
    const { rows, columns } = this.shape
    const direction = this.find('.direction').value
    const step = direction === 'back' ? -by : by
    const count = rows * columns
    const vertical = direction === 'columns'
    const place = vertical
      ? this.place.column * rows + this.place.row : this.place.row * columns + this.place.column
    const next = (place + step + count) % count
    const [line, along] = [Math.floor(next / (vertical ? rows : columns)), next % (vertical ? rows : columns)]
    this.moveTo(vertical ? { row: along, column: line } : { row: line, column: along })
    return next !== place + step
  }

  step(by) { this.pause(); this.fresh = false; this.advance(by) }

  // Goes on where the window is; a new or a complete map begins at its first place.
  play() {
    const { rows, columns } = this.shape
    if (this.fresh || this.painted.every(Boolean)) {
      this.painted.fill(0)
      this.map.show(this.map, this.painted)
      const atEnd = this.find('.direction').value === 'back'
      this.moveTo(atEnd ? { row: rows - 1, column: columns - 1 } : { row: 0, column: 0 })
    }
    this.fresh = false
    let last = performance.now()
    let due = 0
    const tick = now => {
      due += (now - last) / 1000 * Number(this.find('.speed').value)
      last = now
      let ended = false
      for (; due >= 1 && !ended; due--) ended = this.painted.every(Boolean) || this.advance(1)
      if (ended) this.pause()
      else this.timer = requestAnimationFrame(tick)
    }
    this.timer = requestAnimationFrame(tick)
    this.labelPlay()
  }

  pause() {
    if (!this.timer) return
    cancelAnimationFrame(this.timer)
    this.timer = null
    this.labelPlay()
    this.render()
  }

  stop() {
    cancelAnimationFrame(this.timer)
    clearTimeout(this.resting)
    this.links?.stop()
  }
}
