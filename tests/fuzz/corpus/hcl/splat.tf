a = b.*.c[0].d[*].e["f"] ? !g : -h
/* comment */ # end
