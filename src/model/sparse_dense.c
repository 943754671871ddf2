/* Every token attends to every token before it: what the others are beside. */
#include "model/sparse.h"

static void defaults(struct sparse_opts *o, const struct sparse_shape *s)
{
	o->dense_layers = s->n_layers;
}

const struct sparse sparse_dense = {
	.name = "dense",
	.about = "full attention",
	.paper = "Vaswani et al. 2017, arXiv 1706.03762",
	.defaults = defaults,
};
