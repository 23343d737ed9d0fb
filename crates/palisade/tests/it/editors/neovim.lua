-- Drives a contract through Neovim's own client and writes what it saw as JSON.
-- SETUP is the configuration under test, CONTRACT the file to open, RESULT where the answers go.

local seen = { version = vim.version().major .. '.' .. vim.version().minor }

local function finish(problem)
  seen.problem = problem
  local file = assert(io.open(os.getenv('RESULT'), 'w'))
  file:write(vim.fn.json_encode(seen))
  file:close()
  vim.cmd(problem and 'cquit!' or 'qall!')
end

local function check(what, test)
  if not vim.wait(30000, test, 20) then
    finish(what .. ' did not come')
  end
end

-- One answer of the server, whatever its client's number is.
local function ask(method, params)
  local answers, problem = vim.lsp.buf_request_sync(0, method, params, 30000)
  for _, answer in pairs(answers or {}) do
    if answer.error then
      finish(method .. ': ' .. vim.inspect(answer.error))
    end
    return answer.result
  end
  finish(method .. ': ' .. tostring(problem))
end

local function diagnostics()
  local list = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    table.insert(list, { line = one.lnum, column = one.col, message = one.message, severity = one.severity, code = one.code })
  end
  return list
end

local function position(line, column)
  vim.api.nvim_win_set_cursor(0, { line, column })
  return vim.lsp.util.make_position_params(0, 'utf-16')
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end

local function run()
  dofile(os.getenv('SETUP'))
  vim.cmd('filetype on')
  vim.cmd('edit ' .. vim.fn.fnameescape(os.getenv('CONTRACT')))
  seen.filetype = vim.bo.filetype
  check('the first diagnostics', function() return #vim.diagnostic.get(0) > 0 end)
  seen.opened = diagnostics()

  -- An edit of one line: http becomes https.
  local before = #seen.opened
  local line = tonumber(os.getenv('SERVER_LINE'))
  local old = vim.api.nvim_buf_get_lines(0, line - 1, line, false)[1]
  vim.api.nvim_buf_set_lines(0, line - 1, line, false, { (old:gsub('http:', 'https:')) })
  check('the diagnostics of the edited text', function() return #vim.diagnostic.get(0) < before end)
  seen.edited = diagnostics()

  local place = position(tonumber(os.getenv('OPERATION_LINE')), 5)
  seen.hover = ask('textDocument/hover', place).contents.value

  local reference = position(tonumber(os.getenv('REF_LINE')), 25)
  local target = ask('textDocument/definition', reference)
  vim.lsp.util.jump_to_location(target, 'utf-16')
  seen.definition = vim.api.nvim_win_get_cursor(0)

  local document = { textDocument = vim.lsp.util.make_text_document_params() }
  seen.symbols = {}
  for _, item in ipairs(vim.lsp.util.symbols_to_items(ask('textDocument/documentSymbol', document), 0)) do
    table.insert(seen.symbols, item.text)
  end
  seen.outline = ask('textDocument/documentSymbol', document)[1].children[1].detail

  -- A quick fix, then every safe one.
  for _, kind in ipairs({ 'quickfix', 'source.fixAll' }) do
    local range = { start = { line = 0, character = 0 }, ['end'] = { line = vim.api.nvim_buf_line_count(0), character = 0 } }
    local params = { textDocument = document.textDocument, range = range, context = { diagnostics = {}, only = { kind } } }
    local actions = ask('textDocument/codeAction', params)
    seen[kind] = {}
    for _, action in ipairs(actions) do
      table.insert(seen[kind], { title = action.title, kind = action.kind, preferred = action.isPreferred })
    end
    if #actions > 0 then
      local old_text, old_count = text(), #vim.diagnostic.get(0)
      vim.lsp.util.apply_workspace_edit(actions[1].edit, 'utf-16')
      seen[kind .. ' changed'] = text() ~= old_text
      check('the diagnostics after ' .. kind, function() return #vim.diagnostic.get(0) < old_count end)
    end
  end
  seen.text = text()
  finish()
end

local ok, problem = pcall(run)
if not ok then
  finish(problem)
end
