-- Walks the requests of a file ("path <tab> tag", a line each) and says what it measured as a line of JSON.
local requests, at = {}, 0

function init(arguments)
   for line in io.lines(arguments[1]) do
      local path, tag = line:match("^([^\t]+)\t?(.*)$")
      local headers = {}
      if tag ~= "" then headers["If-None-Match"] = tag end
      requests[#requests + 1] = wrk.format("GET", path, headers)
   end
end

function request()
   at = at % #requests + 1
   return requests[at]
end

function done(summary, latency, _)
   local errors = summary.errors
   io.write("\n@@ ", string.format(
      '{"requests": %d, "seconds": %.6f, "bytes": %d, "p50": %.3f, "p90": %.3f, "p99": %.3f, "longest": %.3f, '
         .. '"refused": %d, "broken": %d}',
      summary.requests, summary.duration / 1e6, summary.bytes,
      latency:percentile(50) / 1e3, latency:percentile(90) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
      errors.status, errors.connect + errors.read + errors.write + errors.timeout), "\n")
end
