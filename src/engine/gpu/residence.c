/* residence.c: see residence.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gpu/residence.h"

/* Clocks that are read one after the other differ by less. */
#define SLEPT_SECONDS 1.0

static void
leave_all (GlmGpu *gpu)
{
  glm_gpu_settle (gpu);
  glm_gpu_upload_end (gpu, NULL);
  for (GlmGpuTenant *t = gpu->tenants; t; t = t->next)
    t->leave (t);
  gpu->is_empty = true;
}

/* All, or none. */
static bool
enter_all (GlmGpu *gpu, GlmPool *pool, GlmError *error)
{
  bool ok = true;

  for (GlmGpuTenant *t = gpu->tenants; t && ok; t = t->next)
    ok = t->enter (t, pool, error);
  ok = glm_gpu_upload_end (gpu, ok ? error : NULL) && ok;
  gpu->is_empty = false;
  gpu->slept = gpu->clock.slept ();
  if (!ok)
    leave_all (gpu);
  return ok;
}

bool
glm_gpu_tenant_add (GlmGpu *gpu, GlmGpuTenant *tenant, GlmPool *pool, GlmError *error)
{
  bool ok;

  pthread_mutex_lock (&gpu->use_lock);
  ok = gpu->is_empty || tenant->enter (tenant, pool, error);
  if (ok)
    {
      tenant->next = gpu->tenants;
      gpu->tenants = tenant;
    }
  pthread_mutex_unlock (&gpu->use_lock);
  return ok;
}

void
glm_gpu_tenant_remove (GlmGpu *gpu, GlmGpuTenant *tenant)
{
  pthread_mutex_lock (&gpu->use_lock);
  for (GlmGpuTenant **p = &gpu->tenants; *p; p = &(*p)->next)
    if (*p == tenant)
      {
        /* It may still be on its way. */
        glm_gpu_upload_end (gpu, NULL);
        *p = tenant->next;
        tenant->leave (tenant);
        break;
      }
  pthread_mutex_unlock (&gpu->use_lock);
}

bool
glm_gpu_use_begin (GlmGpu *gpu, GlmPool *pool, GlmError *error)
{
  pthread_mutex_lock (&gpu->use_lock);
  if (!gpu->is_empty && gpu->clock.slept () - gpu->slept > SLEPT_SECONDS)
    leave_all (gpu);
  if (!gpu->is_empty || enter_all (gpu, pool, error))
    return true;
  pthread_mutex_unlock (&gpu->use_lock);
  return false;
}

void
glm_gpu_use_end (GlmGpu *gpu)
{
  gpu->last_used = gpu->clock.now ();
  pthread_mutex_unlock (&gpu->use_lock);
}

bool
glm_gpu_rest (GlmGpu *gpu, double seconds)
{
  bool is_empty;

  pthread_mutex_lock (&gpu->use_lock);
  if (!gpu->is_empty && !gpu->hung && gpu->clock.now () - gpu->last_used >= seconds)
    leave_all (gpu);
  is_empty = gpu->is_empty;
  pthread_mutex_unlock (&gpu->use_lock);
  return !is_empty;
}
