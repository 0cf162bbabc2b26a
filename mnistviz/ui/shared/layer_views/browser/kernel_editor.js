// Nine numbers that a person can change: by hand, or to a kernel that image programs use.

const KERNELS = {
  'edge, left to right': [-1, 0, 1, -2, 0, 2, -1, 0, 1],
  'edge, top to bottom': [-1, -2, -1, 0, 0, 0, 1, 2, 1],
  outline: [-1, -1, -1, -1, 8, -1, -1, -1, -1],
  blur: Array(9).fill(1 / 9),
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
  emboss: [-2, -1, 0, -1, 1, 1, 0, 1, 2],
}

class KernelEditor {
  // `get()` returns a copy of the kernel (height · width · channels), `place(cell)` the index of a
  // cell in it. `set(kernel, entered)` gets each new kernel; `entered`: and not only half typed.
  constructor(bar, { get, place, set, getOwn }) {
    Object.assign(this, { bar, get, place, set })
    this.undone = []
    this.select = bar.querySelector('select')
    this.undoButton = bar.querySelector('.undo')
    this.ownButton = bar.querySelector('.own')
    this.select.onchange = () => {
      const values = KERNELS[this.select.value]
      if (!values) return
      const kernel = this.get()
      values.forEach((value, cell) => { kernel[this.place(cell)] = value })
      this.enter(kernel)
    }
    this.undoButton.onclick = () => {
      this.select.value = ''
      this.set(this.undone.pop(), true)
    }
    this.ownButton.onclick = () => { this.select.value = ''; this.enter(getOwn()) }
  }

  enter(kernel) {
    this.undone.push(this.before ?? this.get())
    this.before = null
    this.set(kernel, true)
  }

  reset(height, width, editable) {
    this.undone = []
    this.before = null
    this.bar.hidden = !editable
    const names = height * width === 9 ? Object.keys(KERNELS) : []
    fillSelect(this.select, [['Choose …', ''], ...names.map(name => [name, name])], '')
    this.select.parentElement.hidden = !names.length
  }

  listen(cells) {
    cells.forEach((cell, index) => {
      cell.onfocus = () => cell.select()
      cell.onblur = () => { cell.typing = false }
      cell.oninput = () => {
        if (cell.value === '') return
        cell.typing = true
        this.before ??= this.get()
        const kernel = this.get()
        kernel[this.place(index)] = Number(cell.value)
        this.select.value = ''
        this.set(kernel, false)
      }
      cell.onchange = () => {
        cell.typing = false
        if (this.before) this.enter(this.get())
        else this.set(this.get(), false)
      }
    })
  }

  // `edited`: the kernel is not the network's own.
  show(edited) {
    this.undoButton.disabled = !this.undone.length
    this.ownButton.disabled = !edited
  }
}
